using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Maas.Boot.Files;
using Maas.Boot.Scripts;

namespace Maas.Boot.Tftp;

/// <summary>Takes a request to a running transfer, or refuses it; and on a shared port passes on what belongs to a transfer.</summary>
[SuppressMessage("Design", "CA1031", Justification = "Whatever a file source throws, one request is refused and the server lives on.")]
internal sealed class TftpRequestHandler(
    TftpServerOptions options,
    IBootFiles files,
    TftpPort listener,
    TransferAdmission admission,
    IReadOnlyList<TransferLoop> loops,
    TftpTelemetry telemetry,
    TimeProvider timeProvider,
    CancellationToken stopping,
    bool isOnLoop = false)
{
    private readonly NetasciiLengths _netasciiLengths = new();
    private int _nextLoop;

    /// <summary>Takes over one datagram of the listening port: a request, or on a shared port anything of a transfer.</summary>
    public void Handle(ReadOnlySpan<byte> datagram, IPEndPoint client, IPAddress local)
    {
        if (TftpPacket.Opcode(datagram) is not (TftpPacket.ReadRequest or TftpPacket.WriteRequest))
        {
            if (options.SinglePort) PassOn(datagram, client);
            return;
        }

        listener.Capture(datagram, client, local, isSent: false);
        if (!TftpRequest.TryParse(datagram, out var request, out var problem))
            Refuse(client, TftpErrorCode.IllegalOperation, problem, "");
        else if (request.IsWrite)
            Refuse(client, TftpErrorCode.AccessViolation, "this server is read-only", TftpPacket.Printable(request.Name.Span));
        else if (admission.Find(client) is { } earlier && Continues(earlier, request)) return;
        else if (admission.TryAdmit(client, request, out var bound) is { } entry) _ = ServeAsync(entry, local);
        else telemetry.Dropped(client, bound!); // one was met
    }

    // The client asked before from this port. The same again: it had not heard us yet. Something else, or after a silence: it has given up
    // on the first.
    private static bool Continues(TransferEntry earlier, TftpRequest request)
    {
        if (earlier.Session is not { } session) return earlier.Request.Repeats(request);
        if (earlier.Request.Repeats(request) && session.IsLateCopy)
        {
            session.Post(s => s.RequestRepeated());
            return true;
        }

        session.Post(s => s.End(TftpOutcome.Superseded));
        return false;
    }

    private void PassOn(ReadOnlySpan<byte> datagram, IPEndPoint client)
    {
        if (admission.Find(client) is not { } entry)
        {
            if (TftpPacket.Opcode(datagram) != TftpPacket.Error)
                listener.SendError(client, TftpErrorCode.UnknownTransferId, "unknown transfer");
            return;
        }

        if (entry.Session is not { } session) return;
        var copy = datagram.ToArray();
        session.Post(s => s.Receive(copy));
    }

    private async Task ServeAsync(TransferEntry entry, IPAddress local)
    {
        var began = timeProvider.GetTimestamp();
        // Whatever the application does in its answer, the receiving loop goes on.
        if (!isOnLoop) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        entry.Activity = TftpMeter.Begin(entry);
        if (!BootFileName.TryNormalize(entry.Request.Name.Span, out var name, out var refusal))
        {
            Reject(entry, TftpErrorCode.AccessViolation, refusal, TftpPacket.Printable(entry.Request.Name.Span));
            return;
        }

        BootFile? file = null;
        try
        {
            file = await files.OpenAsync(new BootFileRequest(name, entry.Client.Address, local), stopping).ConfigureAwait(false);
            if (file is null)
            {
                Reject(entry, TftpErrorCode.FileNotFound, $"no such file: {name}", name);
                return;
            }

            if (entry.Request.IsNetascii)
            {
                if (file.Length > options.MaxNetasciiBytes)
                {
                    file.Dispose();
                    Reject(entry, TftpErrorCode.NotDefined, "netascii is for texts, and this file is large: ask for octet", name);
                    return;
                }

                file = await NetasciiFile.EncodeAsync(file, name, _netasciiLengths, stopping).ConfigureAwait(false);
            }

            await BeginAsync(entry, file, name, local, began).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            file?.Dispose();
            entry.Activity?.Dispose();
            admission.Release(entry);
        }
        catch (Exception e)
        {
            file?.Dispose();
            telemetry.Unreadable(entry.Client, name, e);
            Reject(entry, TftpErrorCode.NotDefined, e is BootScriptException ? e.Message : "the file cannot be read", name);
        }
    }

    private async ValueTask BeginAsync(TransferEntry entry, BootFile file, string name, IPAddress local, long began)
    {
        stopping.ThrowIfCancellationRequested();
        var socket = listener.OpenTransferSocket(entry.Client, local);
        TransferSession? session = null;
        try
        {
            var blockSize = socket.MaxPayload - TftpPacket.DataHeader;
            var terms = TftpNegotiatedOptions.Agree(entry.Request, file.Length, options, blockSize, admission.LongestWindowBytes());
            admission.Reserve(entry, terms.BlockSize * terms.WindowSize);
            var loop = loops[(int)((uint)Interlocked.Increment(ref _nextLoop) % loops.Count)];
            session = new TransferSession(
                loop, socket, entry.Request, terms, new TftpTransfer(terms, options.GiveUpAfter), s => Ended(entry, s))
            {
                Client = entry.Client,
                Name = name,
                Began = began,
            };
            await session.OpenAsync(file, options.ReadAheadBytes / Math.Max(1, admission.Count), stopping).ConfigureAwait(false);
            entry.Session = session; // first: an acknowledgement on the shared port must find the session
            session.Post(loop.Add);
        }
        catch
        {
            socket.Dispose();
            session?.Dispose();
            throw;
        }
    }

    private void Ended(TransferEntry entry, TransferSession session)
    {
        admission.Release(entry);
        telemetry.Ended(entry, session);
    }

    private void Reject(TransferEntry entry, TftpErrorCode code, string reason, string name)
    {
        admission.Release(entry);
        Refuse(entry.Client, code, reason, name, entry.Activity);
    }

    // There is no transfer: the error leaves by the listening port.
    private void Refuse(IPEndPoint client, TftpErrorCode code, string reason, string name, Activity? activity = null)
    {
        listener.SendError(client, code, reason);
        telemetry.Refused(client, name, reason, activity);
    }
}
