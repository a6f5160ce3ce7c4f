"""The live demo of an exercise: on the stage in JupyterLab, or as a page for a machine where no kernel runs."""
