"""The admin API: what administrators, support and auditors do, for programs. One table of operations describes all of it."""
