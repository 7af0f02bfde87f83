"""The course: a workbook of exercises, and what checks them and names the mistakes in them."""
