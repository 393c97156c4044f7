"""The points at which LocalStack takes plugins."""

import json
import os
from pathlib import Path

from localstack.runtime import hooks
from localstack.services.dynamodb.server import DynamodbServer
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.utils.run import ShellCommandThread


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    """Selected by LAMBDA_RUNTIME_EXECUTOR=filmless-process."""

    name = "filmless-process"

    def load(self, *_args, **_kwargs):
        from .executor import ProcessExecutor

        return ProcessExecutor


@hooks.on_infra_start()
def pass_cookies():
    """AWS passes cookies to a function, and takes them from it, in a separate list; LocalStack drops that list."""
    from localstack.services.lambda_ import urlrouter

    make_event, make_response = urlrouter.event_for_lambda_url, urlrouter.lambda_result_to_response

    def event_with_cookies(api_id, request):
        event = make_event(api_id, request)
        if cookies := event["headers"].pop("cookie", None):
            event["cookies"] = cookies.split("; ")
        return event

    def response_with_cookies(result):
        response = make_response(result)
        for cookie in json.loads(result.payload).get("cookies") or []:
            response.headers.add("Set-Cookie", cookie)
        return response

    urlrouter.event_for_lambda_url, urlrouter.lambda_result_to_response = event_with_cookies, response_with_cookies


@hooks.on_infra_start()
def record_calls():
    """What each function requests, so that a test can compare it with the function's rights: LocalStack grants
    everything."""
    from localstack.aws import handlers

    from .calls import record

    handlers.serve_custom_service_request_handlers.append(record)


@hooks.on_infra_start()
def use_dynamodb_local():
    """LocalStack would download DynamoDB Local and an agent that lifts a limit; ours is in DYNAMODB_LOCAL_FOLDER."""
    folder = Path(os.environ["DYNAMODB_LOCAL_FOLDER"])

    def start(server: DynamodbServer) -> ShellCommandThread:
        command = [
            "java",
            "-Xmx512m",
            f"-Djava.library.path={folder / 'DynamoDBLocal_lib'}",
            "-jar",
            str(folder / "DynamoDBLocal.jar"),
            "-inMemory",
            "-port",
            str(server.port),
        ]
        thread = ShellCommandThread(command, name="dynamodb-local", auto_restart=True)
        thread.start()
        return thread

    DynamodbServer.do_start_thread = start
