"""On the path of a child process: it then takes the way of a system without Linux' calls."""

import app.jobs.system

app.jobs.system.SYSTEM = "darwin"
app.jobs.system.CAN_FORK = False
