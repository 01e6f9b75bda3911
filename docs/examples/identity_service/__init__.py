"""The example service identity.example.com: projects, organizations, and who may do what in them."""
