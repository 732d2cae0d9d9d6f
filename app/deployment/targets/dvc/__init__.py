"""DVC: a project with data, model, metrics and a stage that trains again. DVC isn't imported."""
