"""Where the fits of a training are carried out: in forks of this process, or on the workers of a Dask cluster."""
