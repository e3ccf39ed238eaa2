locals {
  zero    = 0
  numbers = [3, 1, 2]
  people = {
    ann = { age = 30, admin = true }
    bob = { age = 25, admin = false }
  }
}

resource "terraform_data" "arithmetic" {
  input = {
    decimal    = 0.1 + 0.2
    mixed      = "5" + 1
    modulo     = -7 % 3
    division   = 10 / 4
    large      = 9007199254740993
    negation   = -local.numbers[0]
    comparison = [1 < 2, 2 <= 2, "10" > 9, 1 == 1.0, "1" == 1]
    logic      = [true && "true", false || true, !false]
  }
}

resource "terraform_data" "conditionals" {
  input = {
    unified = true ? 1 : "a"
    lists   = false ? [1] : ["a", "b"]
    nulls   = true ? null : "x"
    lazy    = true ? "fine" : local.numbers[10]
    objects = true ? { a = 1 } : { a = 2 }
  }
}

resource "terraform_data" "access" {
  input = {
    index     = local.numbers[1]
    attribute = local.people.ann.age
    bracket   = local.people["bob"]["admin"]
    legacy    = local.numbers.0
    splat     = values(local.people)[*].age
    attribute_splat = [{ a = 1 }, { a = 2 }].*.a
    single    = "text"[*]
    none      = null[*]
  }
}

resource "terraform_data" "for" {
  input = {
    list     = [for number in local.numbers : number * 2 if number > 1]
    indexed  = [for index, number in local.numbers : "${index}=${number}"]
    object   = { for name, person in local.people : upper(name) => person.age }
    grouped  = { for name, person in local.people : person.admin ? "admins" : "others" => name... }
    of_set   = [for item in toset(["b", "a", "b"]) : item]
    nested   = [for row in [[1, 2], [3]] : [for cell in row : cell + 1]]
  }
}

resource "terraform_data" "try" {
  input = {
    first  = try(local.people.carol.age, local.people.ann.age, 0)
    last   = try(local.people.carol.age, "none")
    can    = [can(local.people.ann.age), can(local.people.carol.age)]
    lookup = lookup({ a = 1 }, "b", 2)
    merge  = merge({ a = 1, b = 2 }, { b = 3 }, null)
  }
}
