using System.Net;
using Maas.Boot.Capture;
using Maas.Boot.Files;
using Maas.Boot.Scripts;
using Maas.Boot.Tftp;

namespace Maas.Boot.Replay;

/// <summary>The TFTP server's decisions and its transfers' step machines, with the capture in the place of sockets.</summary>
internal sealed class ReplayedTftp(IBootFiles files, TftpServerOptions options, IPAddress server, IPAddress server6) : IDisposable
{
    private const int EthernetPayload = 1472, EthernetPayload6 = 1452;

    private readonly Dictionary<IPEndPoint, Running> _running = [];
    private DateTimeOffset? _epoch;

    /// <summary>A request: a new transfer, or the refusal of one.</summary>
    public async ValueTask<ReplayStep?> BeginAsync(CapturedPacket packet, CancellationToken cancellationToken)
    {
        var step = new ReplayStep(packet);
        if (!TftpRequest.TryParse(packet.Payload.Span, out var request, out var problem))
            return Refuse(step, TftpErrorCode.IllegalOperation, problem);
        if (request.IsWrite) return Refuse(step, TftpErrorCode.AccessViolation, "this server is read-only");
        if (!BootFileName.TryNormalize(request.Name.Span, out var name, out var refusal))
            return Refuse(step, TftpErrorCode.AccessViolation, refusal);
        if (_running.Remove(packet.Source, out var earlier)) earlier.File.Dispose();
        BootFile? file;
        try
        {
            file =
                await files.OpenAsync(new BootFileRequest(name, packet.Source.Address, ServerFor(packet)), cancellationToken)
                    .ConfigureAwait(false);
        }
        catch (BootScriptException e)
        {
            return Refuse(step, TftpErrorCode.NotDefined, e.Message);
        }

        if (file is null) return Refuse(step, TftpErrorCode.FileNotFound, $"no such file: {name}");
        if (request.IsNetascii) file = await NetasciiFile.EncodeAsync(file, cancellationToken).ConfigureAwait(false);
        var terms = TftpNegotiatedOptions.Agree(
            request, file.Length, options, (IsIPv6(packet) ? EthernetPayload6 : EthernetPayload) - TftpPacket.DataHeader);
        var running = new Running(
            file,
            terms,
            new TftpTransfer(terms, options.GiveUpAfter),
            new IPEndPoint(ServerFor(packet), packet.Destination.Port)) { Step = step };
        _running[packet.Source] = running;
        step.Rule = $"{name}, {file.Length} octets, {terms}";
        Perform(running, packet, running.Transfer.Start(), Now(packet.At));
        return step;
    }

    /// <summary>A datagram of a transfer: the client's is answered, the server's put to the step it answers.</summary>
    public ReplayStep? Take(CapturedPacket packet)
    {
        if (_running.TryGetValue(packet.Destination, out var answered))
        {
            answered.Step.AddCaptured(packet);
            answered.CapturedServer = packet.Source;
            return null;
        }

        if (!_running.TryGetValue(packet.Source, out var running) || !packet.Destination.Equals(running.CapturedServer)) return null;
        var step = running.Step = new ReplayStep(packet);
        Perform(running, packet, running.Transfer.Receive(packet.Payload.Span, Now(packet.At)), Now(packet.At));
        return step;
    }

    /// <summary>Does what is due until a time.</summary>
    public void Expire(DateTimeOffset until)
    {
        var now = Now(until);
        foreach (var running in _running.Values)
            while (running.Transfer.Outcome is null && running.Transfer.Deadline <= now)
            {
                var due = running.Transfer.Deadline;
                Perform(running, running.Step.Asked, running.Transfer.Expire(due), due);
            }
    }

    public void Dispose()
    {
        foreach (var running in _running.Values) running.File.Dispose();
    }

    private static bool IsIPv6(CapturedPacket packet) =>
        packet.Destination.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    private IPAddress ServerFor(CapturedPacket packet) => IsIPv6(packet) ? server6 : server;

    private TimeSpan Now(DateTimeOffset at) => at - (_epoch ??= at);

    private void Perform(Running running, CapturedPacket asked, TftpStep step, TimeSpan now)
    {
        switch (step.Kind)
        {
            case TftpStepKind.Options:
                Answer(running.Terms.OptionAcknowledgement, running.Terms.OptionAcknowledgement.Length);
                break;
            case TftpStepKind.Blocks:
                for (var block = step.FirstBlock; block < step.FirstBlock + step.Count; block++)
                {
                    var header = new byte[TftpPacket.DataHeader];
                    TftpPacket.WriteDataHeader(header, (ushort)block);
                    Answer(
                        header,
                        header.Length
                            + (int)Math.Clamp(running.Terms.Length - ((block - 1) * running.Terms.BlockSize), 0, running.Terms.BlockSize));
                }

                break;
            case TftpStepKind.Done:
                running.Step.Rule = running.Transfer.Outcome!.Words; // it is done
                return;
            default:
                return;
        }

        running.Transfer.Sent(now);

        void Answer(ReadOnlyMemory<byte> payload, int length) =>
            // set by the first packet
            running.Step.AddAnswer(
                new CapturedPacket(_epoch!.Value + now, running.Server, asked.Source, payload) { Length = length, IsSent = true });
    }

    private ReplayStep Refuse(ReplayStep step, TftpErrorCode code, string reason)
    {
        step.Rule = reason;
        step.AddAnswer(new CapturedPacket(
            step.Asked.At,
            new IPEndPoint(ServerFor(step.Asked), step.Asked.Destination.Port),
            step.Asked.Source,
            TftpPacket.WriteError(code, reason)) { IsSent = true });
        _running[step.Asked.Source] = new Running(
            BootFile.FromBytes(default),
            new TftpNegotiatedOptions(TftpNegotiatedOptions.DefaultBlockSize, 1, 0),
            Ended(),
            step.Asked.Destination) { Step = step };
        return step;
    }

    // What the capture shows of a transfer that is refused here still belongs to its request.
    private static TftpTransfer Ended()
    {
        var transfer = new TftpTransfer(new TftpNegotiatedOptions(TftpNegotiatedOptions.DefaultBlockSize, 1, 0), TimeSpan.FromSeconds(1));
        transfer.End(new TftpOutcome("refused", "of a transfer that is refused here"));
        return transfer;
    }

    private sealed record Running(BootFile File, TftpNegotiatedOptions Terms, TftpTransfer Transfer, IPEndPoint Server)
    {
        public required ReplayStep Step { get; set; }

        public IPEndPoint? CapturedServer { get; set; }
    }
}
