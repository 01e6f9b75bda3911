"""The example service devices.example.com: machines in the field, in regions."""
