"""What services that judge were sent, against their vendors' own types.

Argument: the directory of `typed`. Standard input: a list of objects with the `path` and the `body` of each request.
"""

import json
import sys
from urllib.parse import unquote

import botocore.session
from botocore.validate import ParamValidator
from openai.types import moderation_create_params

sys.path.append(sys.argv[1])
import typed  # noqa: E402

APPLY = (
    botocore.session.Session()
    .create_client("bedrock-runtime", region_name="eu-west-3", aws_access_key_id="a", aws_secret_access_key="b")
    .meta.service_model.operation_model("ApplyGuardrail")
    .input_shape
)


def unknown(value, shape, path="$"):
    """Members that the service does not know: botocore itself does not look at these."""
    if shape.type_name == "structure":
        lines = [f"{path}.{name} is no member of {shape.name}" for name in value.keys() - shape.members.keys()]
        known = value.keys() & shape.members.keys()
        return lines + [line for name in known for line in unknown(value[name], shape.members[name], f"{path}.{name}")]
    if shape.type_name == "list":
        return [line for index, one in enumerate(value) for line in unknown(one, shape.member, f"{path}[{index}]")]
    if getattr(shape, "enum", None) and value not in shape.enum:
        return [f"{path}: {value!r} is none of {shape.enum}"]
    return []


def guardrail(path, body):
    _, _, name, _, version, _ = path.split("/")
    asked = {"guardrailIdentifier": unquote(name), "guardrailVersion": version, **body}
    found = ParamValidator().validate(asked, APPLY)
    return (found.generate_report().splitlines() if found.has_errors() else []) + unknown(asked, APPLY)


def moderation(_, body):
    # The type marks what is required in a text, in which Python does not look.
    missing = [] if "input" in body else ["$.input is missing"]
    return missing + typed.wrong(body, moderation_create_params.ModerationCreateParams)


seen, problems = {"guardrail": 0, "moderation": 0}, []
for request in json.load(sys.stdin):
    path, body = request["path"], request["body"]
    if path.endswith("/moderations"):
        kind, check = "moderation", moderation
    elif path.startswith("/guardrail/"):
        kind, check = "guardrail", guardrail
    else:
        continue
    seen[kind] += 1
    problems += [f"{path}: {line}" for line in check(path, body)]
assert all(seen.values()), seen
assert not problems, "\n".join(problems)
# What is wrong is found.
assert guardrail("/guardrail/a/version/1/apply", {"source": "NOBODY", "content": [{"text": {"txt": "a"}}]})
assert moderation("", {"input": 7}) and moderation("", {"model": "m"})
