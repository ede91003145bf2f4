using System.Globalization;
using System.Net;
using System.Text;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Tftp;

namespace Maas.Boot.Replay;

/// <summary>One datagram of a client in a capture, what this code answers to it, and what it was answered then.</summary>
public sealed class ReplayStep
{
    private readonly List<CapturedPacket> _answers = [];
    private readonly List<CapturedPacket> _captured = [];

    internal ReplayStep(CapturedPacket asked) => Asked = asked;

    /// <summary>The client's datagram.</summary>
    public CapturedPacket Asked { get; }

    /// <summary>What is answered here, in order; of blocks of files the header only. None for silence.</summary>
    public IReadOnlyList<CapturedPacket> Answers => _answers;

    /// <summary>What the capture shows as the answer, in order, whichever server gave it.</summary>
    public IReadOnlyList<CapturedPacket> Captured => _captured;

    /// <summary>Why it is answered so, in words.</summary>
    public string Rule { get; internal set; } = "";

    /// <summary>The first answer as a DHCP message; <see langword="null"/> when it is absent or not DHCP over IPv4.</summary>
    public DhcpMessage? Answer => Asked.IsDhcp && _answers.Count > 0 ? Message(_answers[0]) : null;

    /// <summary>
    /// Where the first answer here is another than the one captured, a line each: <c>-</c> for what only the capture has, <c>+</c> for what
    /// is only answered here. None when both are the same. Of a file's blocks the numbers and lengths are compared.
    /// </summary>
    public IReadOnlyList<string> Differences
    {
        get
        {
            var (here, then) = (Lines(_answers), Lines(_captured));
            return
            [
                .. then.Except(here, StringComparer.Ordinal).Select(l => $"- {l}"),
                .. here.Except(then, StringComparer.Ordinal).Select(l => $"+ {l}")
            ];
        }
    }

    /// <summary>The step in words: what was asked, what is answered and why, and the differences.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Asked.Source} -> {Asked.Destination} {Title(Asked)}\n");
        foreach (var answer in _answers)
            text.Append(CultureInfo.InvariantCulture, $"  here      -> {answer.Destination} {Title(answer)}\n");
        if (_answers.Count == 0) text.Append("  here      silence\n");
        if (Rule.Length > 0) text.Append(CultureInfo.InvariantCulture, $"  because   {Rule}\n");
        foreach (var answer in _captured)
            text.Append(CultureInfo.InvariantCulture, $"  captured  {answer.Source} -> {answer.Destination} {Title(answer)}\n");
        foreach (var line in Differences) text.Append(CultureInfo.InvariantCulture, $"    {line}\n");
        return text.ToString();
    }

    internal void AddAnswer(CapturedPacket packet) => _answers.Add(packet);

    internal void AddCaptured(CapturedPacket packet) => _captured.Add(packet);

    private static IEnumerable<string> Lines(List<CapturedPacket> packets) =>
        packets.Count == 0 ? ["silence"]
            : Text(packets[0]) is { } text ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Trim())
            : packets.Select(Title);

    private static string? Text(CapturedPacket packet) =>
        packet.IsDhcp6
            ? Dhcp6Envelope.MessageIn(packet.Payload) is { } message ? Dhcp6Text.Of(new Dhcp6Envelope([], message)) : null
            : Message(packet)?.ToString();

    private static DhcpMessage? Message(CapturedPacket packet) =>
        packet.IsDhcp && DhcpMessage.TryParse(packet.Payload.Span, out var message) ? message : null;

    private static string Title(CapturedPacket packet)
    {
        if (Message(packet) is { } message)
        {
            var address = message.YourAddress.Equals(IPAddress.Any) ? "" : $" {message.YourAddress}";
            var file = message.BootFile.Length > 0 ? $" file {message.BootFile}" : "";
            return string.Create(
                CultureInfo.InvariantCulture, $"{message.Type} {message.Hardware} xid {message.TransactionId:x8}{address}{file}");
        }

        if (packet.IsDhcp6) return Title6(packet);
        return packet.IsDhcp ? $"{packet.Length} octets that are no DHCP message" : TftpPacket.Describe(packet.Payload.Span, packet.Length);
    }

    private static string Title6(CapturedPacket packet)
    {
        if (Dhcp6Envelope.MessageIn(packet.Payload) is not { } message) return $"{packet.Length} octets that are no DHCPv6 message";
        var file = message.Options.TryGet(Dhcp6OptionCode.BootFileUrl, out var url) ? $" file {Encoding.UTF8.GetString(url.Span)}" : "";
        var address = Dhcp6Telemetry.LeaseIn(message) is { } lease ? $" {lease.Address}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{message.Type} xid {message.TransactionId:x6}{address}{file}");
    }
}
