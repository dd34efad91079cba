"""Pictures and documents in a bucket of a server that speaks S3, for portals of several machines
(docs/decisions/0030-files-in-a-bucket.md). Imported only where S3_URL names one: boto3 takes memory
in each process."""

import logging
import threading
import time
from functools import wraps

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.encoding import filepath_to_uri
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

logger = logging.getLogger(__name__)

# Seconds for which nobody is asked again who didn't answer: a page that needs twenty cuts must not
# wait twenty times.
REST = 5
# Seconds for a connection, and for each piece of an answer; both are tried twice. A bucket is in
# the same house or region.
CONNECT, READ = 2, 5
# Bytes of a file that are held in memory; what is longer lies on this machine's disk while it is
# sent on.
IN_MEMORY = 1024 * 1024


def asked(ask):
    """Makes what the bucket answers, or doesn't, what a disk would: FileNotFoundError, or
    ConnectionError."""

    @wraps(ask)
    def answer(self, *args, **options):
        if time.monotonic() < Bucket.rests_until:
            raise ConnectionError("The bucket did not answer a moment ago.")
        try:
            return ask(self, *args, **options)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(f"Not in the bucket: {args[0]}") from error
            logger.error("the bucket refuses: %s", error)
            raise ConnectionError(str(error)) from error
        except (BotoCoreError, RetriesExceededError) as error:
            Bucket.rests_until = time.monotonic() + REST
            logger.error("the bucket does not answer: %s", error)
            raise ConnectionError(str(error)) from error

    return answer


class Bucket(S3Storage):
    """Private as a whole: nothing in it has an address but those of the portal, which asks who may
    read it. So an address never tells where a file lies, and needs no signature that runs out."""

    # Of the process and not of an object: Wagtail's task makes one for each file that it deletes.
    connections = threading.local()
    rests_until = 0

    def __init__(self):
        super().__init__()
        self._connections = self.connections

    def get_default_settings(self):
        return {
            **super().get_default_settings(),
            # Not in STORAGES: Wagtail gives a storage's options to its tasks, and keys are no
            # task's business.
            **settings.S3,
            # Names are never used twice while there is a file of that name, as on a disk.
            "file_overwrite": False,
            "max_memory_size": IN_MEMORY,
            "client_config": Config(
                signature_version="s3v4",
                # Servers of an office have no name for each bucket.
                s3={"addressing_style": "path"},
                connect_timeout=CONNECT,
                read_timeout=READ,
                retries={"mode": "standard", "total_max_attempts": 2},
                # Not all servers know the checksums that boto3 adds by itself.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        }

    @asked
    def _open(self, name, mode="rb"):
        file = super()._open(name, mode)
        if "r" in mode:
            # At once, and not with the first byte that is read: by then an answer has begun.
            file.open()
        return file

    _save = asked(S3Storage._save)
    delete = asked(S3Storage.delete)
    exists = asked(S3Storage.exists)
    listdir = asked(S3Storage.listdir)
    size = asked(S3Storage.size)
    get_modified_time = asked(S3Storage.get_modified_time)

    def url(self, name):
        return settings.MEDIA_URL + filepath_to_uri(name)
