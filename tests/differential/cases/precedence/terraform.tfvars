from_tfvars = "tfvars"
from_json = "tfvars"
from_auto = "tfvars"
from_last = "tfvars"
