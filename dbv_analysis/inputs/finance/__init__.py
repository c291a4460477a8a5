"""What a council and the DfE publish of money: dedicated schools grant, Section 251."""
