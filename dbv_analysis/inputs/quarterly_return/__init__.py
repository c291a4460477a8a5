"""The workbook in which the authority reports its quarter."""
