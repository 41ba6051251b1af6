"""The forecast's models: fitted with Spark ML, judged on learners never fitted on, saved with their card."""
