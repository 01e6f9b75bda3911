"""The Meta service: configuration, rules, controller, command line."""
