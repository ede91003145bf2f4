using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Maas.Power.WakeOnLan;

/// <summary>
/// MAAS's power type <c>wakeonlan</c> (<c>ether_wake</c> in 2012): wakes a machine by a magic packet. It can neither turn a machine off nor
/// tell its state, and answers <see cref="PowerResult.Unsupported"/> to that.
/// </summary>
/// <remarks>
/// Parameters: <c>mac_address</c>, required; <c>power_address</c>, the IPv4 address to send to, with or without a port: a directed
/// broadcast such as 10.0.0.255, or a host. Without it the packet is broadcast on every link that is up and may hold a machine, which
/// excludes tunnels and the bridges of container engines; the answer names the links. <c>power_interface</c>, the one link to use, in
/// place of all. <c>power_pass</c>, the SecureOn password, as six hexadecimal octets or four decimal ones. As
/// <see cref="WakeOnLanOptions.Transport"/> says, the packet is also or only sent as an Ethernet frame.
/// </remarks>
public sealed class WakeOnLanDriver(WakeOnLanOptions? options = null, TimeProvider? timeProvider = null) : IPowerDriver
{
    private readonly WakeOnLanOptions _options = options ?? new();
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;

    /// <inheritdoc/>
    public IReadOnlyList<string> PowerTypes { get; } = ["wakeonlan", "ether_wake"];

    /// <inheritdoc/>
    public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult<PowerResult>(new PowerResult.Unsupported("Wake-on-LAN cannot tell whether a machine is on."));

    /// <inheritdoc/>
    public Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
        Task.FromResult<PowerResult>(new PowerResult.Unsupported("Wake-on-LAN cannot turn a machine off."));

    /// <inheritdoc/>
    public Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) =>
        Task.FromResult<PowerResult>(new PowerResult.Unsupported("Wake-on-LAN cannot choose what a machine boots from."));

    /// <inheritdoc/>
    public string? Validate(PowerTarget target) => FindFault(target, out _, out _, out _);

    /// <inheritdoc/>
    public async Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken)
    {
        if (FindFault(target, out var mac, out var secureOn, out var destination) is { } fault) return Bad(fault);
        var macText = target["mac_address"];
        var packet = MagicPacket.Build(mac, secureOn);
        // 255.255.255.255 leaves by one interface only, which the routing table prefers; a socket bound to each address reaches all links.
        var only = target["power_interface"];
        (string? Link, IPAddress Local, IPEndPoint Remote)[] routes = _options.Transport == WakeTransport.Frame ? []
            : destination is not null ? [(null, IPAddress.Any, destination)]
            : [
                .. WakeLink.OfThisHost()
                    .Where(link => only is null || link.Name == only)
                    .Select(link => (link.Name, link.Local, new IPEndPoint(link.Broadcast, _options.Port)))
            ];
        string[] frames = _options.Transport == WakeTransport.Udp ? []
            : only is not null ? [only]
            : [.. WakeLink.NamesOfThisHost()];
        SocketException? last = null;
        var sent = 0;
        for (var round = 0; round < _options.Repetitions; round++)
        {
            if (round > 0) await Task.Delay(_options.Pause, _time, cancellationToken).ConfigureAwait(false);
            foreach (var (_, local, remote) in routes)
            {
                try
                {
                    using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
                    {
                        EnableBroadcast = true
                    };
                    socket.Bind(new IPEndPoint(local, 0));
                    await socket.SendToAsync(packet, remote, cancellationToken).ConfigureAwait(false);
                    sent++;
                }
                catch (SocketException e)
                {
                    // One interface without a route must not keep the packet from the others.
                    last = e;
                }
            }

            foreach (var link in frames)
            {
                try
                {
                    await WakeFrame.SendAsync(link, packet, cancellationToken).ConfigureAwait(false);
                    sent++;
                }
                catch (SocketException e)
                {
                    last = e;
                }
            }
        }

        return sent > 0
            ? new PowerResult.Accepted(
                $"Sent {sent} magic packets for {macText} to "
                    + $"{string.Join(", ", routes.Select(Words).Concat(frames.Select(link => $"the link {link}")).Distinct())}.")
            : new PowerResult.Failed(PowerFailure.Unreachable, last is null
                ? "No network interface that may hold the machine is up; power_address names where to send."
                : $"The magic packet could not be sent: {last.Message}.");

        static string Words((string? Link, IPAddress Local, IPEndPoint Remote) route) =>
            route.Link is null ? $"{route.Remote}" : $"{route.Remote} on {route.Link}";
    }

    private string? FindFault(PowerTarget target, out PhysicalAddress mac, out byte[] secureOn, out IPEndPoint? destination)
    {
        (mac, secureOn, destination) = (PhysicalAddress.None, [], null);
        if (target["mac_address"] is not { } text
            || !PhysicalAddress.TryParse(text, out var parsed)
            || parsed.GetAddressBytes().Length != 6)
            return "Parameter mac_address must be a MAC address such as 52:54:00:12:34:56.";
        mac = parsed;
        if (!TryParseSecureOn(target.ReadSecret("power_pass"), out secureOn))
            return "Parameter power_pass must be a SecureOn password: six hexadecimal octets, or four decimal ones with dots.";
        if (target["power_interface"] is { Length: > 15 }) return "Parameter power_interface must be a network interface's name.";
        return TryParseDestination(target["power_address"], out destination)
            ? null
            : "Parameter power_address must be an IPv4 address, such as a network's broadcast address, with or without a port.";
    }

    private bool TryParseDestination(string? text, out IPEndPoint? destination)
    {
        destination = null;
        if (text is null) return true;
        if (!IPEndPoint.TryParse(text, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetwork) return false;
        destination = parsed.Port == 0 ? new IPEndPoint(parsed.Address, _options.Port) : parsed;
        return true;
    }

    private static bool TryParseSecureOn(string text, out byte[] password)
    {
        password = [];
        text = text.Trim();
        if (text.Length == 0) return true;
        var parts = text.Split('.');
        if (parts.Length == 4)
        {
            password = new byte[4];
            for (var i = 0; i < 4; i++)
            {
                if (!byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out password[i])) return false;
            }

            return true;
        }

        if (!PhysicalAddress.TryParse(text, out var octets)) return false;
        password = octets.GetAddressBytes();
        return password.Length == 6;
    }

    private static PowerResult.Failed Bad(string reason) => new(PowerFailure.BadParameters, reason);
}
