"""script/bench faults: kill everything at random while people work, fail every write, and prove what stands."""
