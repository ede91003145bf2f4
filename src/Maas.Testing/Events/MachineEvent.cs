using System.Net;

namespace Maas.Testing.Events;

/// <summary>
/// Something that happened at a simulated machine. <see cref="ToString"/> tells it as a line of a story, without secrets.
/// </summary>
/// <param name="At">When.</param>
/// <param name="SincePowerOn">How long after the machine was last turned on.</param>
public abstract record MachineEvent(DateTimeOffset At, TimeSpan SincePowerOn)
{
    /// <summary>The machine was turned on or off.</summary>
    /// <param name="At">When.</param>
    /// <param name="SincePowerOn">How long after the machine was last turned on.</param>
    /// <param name="IsOn">Whether it is on now.</param>
    /// <param name="Reason">By whom, in words.</param>
    public sealed record Power(DateTimeOffset At, TimeSpan SincePowerOn, bool IsOn, string Reason) : MachineEvent(At, SincePowerOn)
    {
        /// <inheritdoc/>
        public override string ToString() => IsOn ? $"power on: {Reason}" : $"power off: {Reason}";
    }

    /// <summary>A DHCP exchange ended.</summary>
    /// <param name="At">When.</param>
    /// <param name="SincePowerOn">How long after the machine was last turned on.</param>
    /// <param name="Client">Which program asked.</param>
    /// <param name="Address">The address leased; <see langword="null"/> when none was.</param>
    /// <param name="Server">The server that leased it.</param>
    /// <param name="BootFile">The boot file named; <see langword="null"/> when none was.</param>
    /// <param name="Attempts">How many DISCOVERs it took.</param>
    public sealed record Dhcp(
        DateTimeOffset At,
        TimeSpan SincePowerOn,
        string Client,
        IPAddress? Address,
        IPAddress? Server,
        string? BootFile,
        int Attempts) : MachineEvent(At, SincePowerOn)
    {
        /// <summary>Why no address was leased, in words; <see langword="null"/> when one was, or when no server answered.</summary>
        public string? Failure { get; init; }

        /// <inheritdoc/>
        public override string ToString() => Address is null
            ? $"{Client}: {Failure ?? "no DHCP answer"} after {Attempts} attempts"
            : $"{Client}: leased {Address} from {Server}" + (BootFile is null ? "" : $", boot {BootFile}");
    }

    /// <summary>A boot file was fetched, or not.</summary>
    /// <param name="At">When.</param>
    /// <param name="SincePowerOn">How long after the machine was last turned on.</param>
    /// <param name="Client">Which program fetched it.</param>
    /// <param name="Source">Its URL.</param>
    /// <param name="Bytes">How many bytes came.</param>
    /// <param name="Took">How long it took.</param>
    /// <param name="Failure">Why it failed; <see langword="null"/> when it did not.</param>
    public sealed record Fetch(
        DateTimeOffset At,
        TimeSpan SincePowerOn,
        string Client,
        Uri Source,
        long Bytes,
        TimeSpan Took,
        string? Failure) : MachineEvent(At, SincePowerOn)
    {
        /// <inheritdoc/>
        public override string ToString() => Failure is null
            ? $"{Client}: fetched {Source} ({Bytes:N0} bytes in {Took.TotalMilliseconds:N0} ms)"
            : $"{Client}: could not fetch {Source}: {Failure}";
    }

    /// <summary>A request to the API or the metadata service was answered.</summary>
    /// <param name="At">When.</param>
    /// <param name="SincePowerOn">How long after the machine was last turned on.</param>
    /// <param name="Client">Which program asked.</param>
    /// <param name="Method">The HTTP method.</param>
    /// <param name="Path">The path and query, a one-time token in it as <c>***</c>.</param>
    /// <param name="Status">The status code.</param>
    public sealed record Http(
        DateTimeOffset At,
        TimeSpan SincePowerOn,
        string Client,
        string Method,
        string Path,
        int Status) : MachineEvent(At, SincePowerOn)
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Client}: {Method} {Path} {Status}";
    }

    /// <summary>A program on the machine said something on its console.</summary>
    /// <param name="At">When.</param>
    /// <param name="SincePowerOn">How long after the machine was last turned on.</param>
    /// <param name="Program">Which program: <c>iPXE</c>, <c>agent</c>, <c>cloud-init</c>, …</param>
    /// <param name="Text">What it said.</param>
    public sealed record ConsoleOutput(
        DateTimeOffset At,
        TimeSpan SincePowerOn,
        string Program,
        string Text) : MachineEvent(At, SincePowerOn)
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Program}: {Text}";
    }
}
