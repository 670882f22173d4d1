"""What every door calls: one bounce taken all the way (`bridge`), a session served while it changes
(`serving`, `answering`), a take changed (`revoicing`, `refusals`), heard (`auditioning`) and recorded
(`recording`), a plugin's sound kept (`capture`)."""
