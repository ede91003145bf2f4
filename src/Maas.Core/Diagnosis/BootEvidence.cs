using System.Globalization;
using System.Net;
using Maas.Core.Events;

namespace Maas.Core.Diagnosis;

/// <summary>
/// What the boot servers observed of a machine, as a timeline stores it. <see cref="ToText"/> and <see cref="TryParse"/> are the only
/// writer and reader of the text of an <see cref="Observation"/>.
/// </summary>
/// <remarks>
/// It came over the network unauthenticated: evidence, not identity. Names and reasons are cut at <see cref="LongestPart"/> characters, so
/// that the whole text is stored.
/// </remarks>
public abstract partial record BootEvidence
{
    /// <summary>The most characters of each name and reason: 120.</summary>
    public const int LongestPart = 120;

    private BootEvidence() { }

    /// <summary>The <see cref="Observation.Kind"/> under which it is stored.</summary>
    public abstract string Kind { get; }

    /// <summary>The observation as a sentence of at most 500 characters.</summary>
    public abstract string ToText();

    private static string Cut(string text) => LogText.From(text, LongestPart);

    /// <summary>A DHCP message, and the server's answer.</summary>
    /// <param name="Asked">The type of the message, such as <c>DISCOVER</c> or <c>SOLICIT</c>.</param>
    /// <param name="Answered">The type of the answer, such as <c>OFFER</c>; <see langword="null"/> for no answer.</param>
    /// <param name="Client">The address that was offered or given; <see langword="null"/> without an answer.</param>
    /// <param name="BootFile">The boot file of the answer; <see langword="null"/> without one.</param>
    /// <param name="Took">From the message to the answer, in steps of 0.1 ms; zero without an answer.</param>
    /// <param name="Rule">Which rule of the server decided, in words.</param>
    /// <param name="Xid">The transaction id.</param>
    public sealed record Dhcp(
        string Asked, string? Answered, IPAddress? Client, string? BootFile, TimeSpan Took, string Rule, uint Xid) : BootEvidence
    {
        /// <summary>
        /// The firmware's architecture type, such as <c>X64Uefi</c>; <see langword="null"/> for a client that is no firmware.
        /// </summary>
        public string? Firmware { get; init; }

        /// <summary>The relay that forwarded the message; <see langword="null"/> for a client on the link.</summary>
        public IPAddress? Relay { get; init; }

        /// <inheritdoc/>
        public override string Kind => "dhcp";

        /// <inheritdoc/>
        public override string ToText() => string.Create(
            CultureInfo.InvariantCulture,
            $"{Cut(Asked)} {Answer}({Cut(Rule)}; xid {Xid:x8}{Part("; firmware ", Firmware)}{Part("; relay ", Relay)})");

        private string Answer => Answered is null
            ? "not answered "
            : string.Create(
                CultureInfo.InvariantCulture,
                $"answered with {Cut(Answered)}{Part(" ", Client)}{Part(", boot file ", BootFile)} in {Took.TotalMilliseconds:0.0} ms ");

        private static string Part(string before, object? value) => value is null ? "" : before + Cut($"{value}");
    }

    /// <summary>Another DHCP server answered the machine, or the machine named it.</summary>
    /// <param name="Server">Its address, or its DUID over IPv6.</param>
    /// <param name="Offered">The address that it offered; <see langword="null"/> when not known.</param>
    public sealed record OtherServer(string Server, IPAddress? Offered) : BootEvidence
    {
        /// <inheritdoc/>
        public override string Kind => "dhcp";

        /// <inheritdoc/>
        public override string ToText() => $"another DHCP server, {Cut(Server)}, offered {Offered?.ToString() ?? "something"}";
    }

    /// <summary>Another router advertises itself on the link.</summary>
    /// <param name="Router">Its link-local address.</param>
    /// <param name="Link">The interface on which it was seen; empty when not known.</param>
    /// <param name="ManagedAddresses">Whether it sends hosts to DHCPv6 for an address.</param>
    /// <param name="OtherConfiguration">Whether it sends hosts to DHCPv6 for the rest.</param>
    /// <param name="Lifetime">For how long it is a default router, in whole seconds; zero when it is not.</param>
    public sealed record OtherRouter(
        IPAddress Router, string Link, bool ManagedAddresses, bool OtherConfiguration, TimeSpan Lifetime) : BootEvidence
    {
        /// <inheritdoc/>
        public override string Kind => "dhcp";

        /// <inheritdoc/>
        public override string ToText() =>
            $"another router, {Router}, advertises itself on {Cut(Link)}{(ManagedAddresses ? ForAddresses : "")}"
            + $"{(OtherConfiguration ? ForTheRest : "")}{DefaultRouter}";

        private string DefaultRouter => Lifetime > TimeSpan.Zero
            ? string.Create(CultureInfo.InvariantCulture, $", is the default router for {Lifetime.TotalSeconds:0} s")
            : "";
    }

    /// <summary>The machine was turned away, because a limit was reached.</summary>
    /// <param name="Limit">Which limit, in words.</param>
    public sealed record Limited(string Limit) : BootEvidence
    {
        /// <inheritdoc/>
        public override string Kind => "dhcp";

        /// <inheritdoc/>
        public override string ToText() => LimitedPrefix + Cut(Limit);
    }

    /// <summary>The machine fetched its boot script.</summary>
    /// <param name="Client">The machine's address.</param>
    /// <param name="Name">The script's name.</param>
    /// <param name="Instruction">What the script says, such as <c>kernel FILE</c> or <c>local disk</c>.</param>
    public sealed record Script(IPAddress? Client, string Name, string Instruction) : BootEvidence
    {
        /// <inheritdoc/>
        public override string Kind => "script";

        /// <inheritdoc/>
        public override string ToText() => $"{Client} fetched {Cut(Name)}: {Cut(Instruction)}";
    }

    /// <summary>The machine fetched a file, or tried to.</summary>
    /// <param name="Transport"><c>tftp</c> or <c>http</c>.</param>
    /// <param name="Client">The machine's address.</param>
    /// <param name="Name">The file's name.</param>
    /// <param name="Bytes">How many bytes were delivered.</param>
    /// <param name="Took">How long it took, in steps of 10 ms.</param>
    /// <param name="Outcome"><c>completed</c>, or why not.</param>
    /// <param name="Detail">What was negotiated; empty for nothing.</param>
    public sealed record Transfer(
        string Transport, IPAddress? Client, string Name, long Bytes, TimeSpan Took, string Outcome, string Detail) : BootEvidence
    {
        /// <inheritdoc/>
        public override string Kind => Transport;

        /// <inheritdoc/>
        public override string ToText() => string.Create(
            CultureInfo.InvariantCulture,
            $"{Client} fetched {Cut(Name)}, {Bytes} bytes in {Took.TotalSeconds:0.00} s: {Cut(Outcome)}{InParentheses}");

        private string InParentheses => Detail.Length > 0 ? $" ({Cut(Detail)})" : "";
    }

    /// <summary>The machine logged a line over the network.</summary>
    /// <param name="Line">The line, with the program in front; at most 450 characters are kept.</param>
    /// <param name="ClockOffset">
    /// By how much the machine's clock is ahead of the server's, in whole seconds; zero for less than five minutes, or when not known.
    /// </param>
    public sealed record Logged(string Line, TimeSpan ClockOffset) : BootEvidence
    {
        private const int LongestLine = 450;

        /// <inheritdoc/>
        public override string Kind => Observation.Syslog;

        /// <inheritdoc/>
        public override string ToText() => LogText.From(Line, LongestLine) + Clock;

        private string Clock => ClockOffset == TimeSpan.Zero
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $" [its clock is {Math.Abs(ClockOffset.TotalSeconds):0} s {(ClockOffset > TimeSpan.Zero ? "ahead" : "behind")}]");
    }
}
