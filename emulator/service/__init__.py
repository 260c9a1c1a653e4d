"""The Response Group service on the SIP stack: director, pools, agents, registrars."""
