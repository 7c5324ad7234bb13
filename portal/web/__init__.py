"""The pages of people who sign in: inbox, decision page, case, launch, people. Forms post; scripts help."""
