"""The rule that is used today, written as a sentence by the analyst: read as a small typed language, never run as code.

``tenure < 6 and Contract = "Month-to-month"``, ``antigüedad menor que 6 y contrato es "Mensual"``,
``12 * MonthlyCharges``.
"""
