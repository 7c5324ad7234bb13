"""量化评价: figures computed from the records, frozen into the case that evaluates them."""
