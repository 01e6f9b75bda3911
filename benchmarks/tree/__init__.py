"""How synthetic proto trees are planned (`plan`, `resources`) and put into text."""
