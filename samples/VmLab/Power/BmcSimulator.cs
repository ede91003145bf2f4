using System.Net;
using System.Net.Sockets;
using VmLab.Machines;
using VmLab.Networks;
using VmLab.Processes;

namespace VmLab.Power;

/// <summary>
/// A management controller for a machine: OpenIPMI's <c>ipmi_sim</c> speaks IPMI over the LAN on port 623 of an address
/// of its own, and its chassis hook asks back here, where the machine's button is.
/// </summary>
public sealed class BmcSimulator : IAsyncDisposable
{
    public const string User = "admin";
    public const string Password = "lab-secret";

    private readonly QemuMachine _machine;
    private readonly Socket _listener;
    private readonly LabProcess _simulator;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _answering;

    private BmcSimulator(QemuMachine machine, IPAddress address, Socket listener, LabProcess simulator)
    {
        (_machine, Address, _listener, _simulator) = (machine, address, listener, simulator);
        _answering = AnswerAsync();
    }

    public IPAddress Address { get; }

    /// <summary>Starts the controller of <paramref name="machine"/> at <paramref name="address"/>, which it adds to the link.</summary>
    public static async Task<BmcSimulator> StartAsync(
        LabNetwork network,
        QemuMachine machine,
        IPAddress address,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        await network.AddAddressAsync(address, cancellationToken);
        var door = network.OpenSocket(SocketType.Stream, ProtocolType.Tcp);
        door.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        door.Listen();

        var folder = Directory.CreateDirectory(Path.Combine(machine.Hardware.Folder, $"{machine.Hardware.Name}.bmc")).FullName;
        var hook = Path.Combine(folder, "chassis");
        await File.WriteAllTextAsync(hook, Hook(((IPEndPoint)door.LocalEndPoint!).Port), cancellationToken); // bound above
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "lan.conf"), LanConfiguration(address, hook, machine.Hardware.Uuid), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "emu.cmd"), Commands, cancellationToken);

        var command = network.Command(
            "ipmi_sim", "-c", Path.Combine(folder, "lan.conf"), "-f", Path.Combine(folder, "emu.cmd"), "-s", folder, "-n");
        return new BmcSimulator(
            machine, address, door, LabProcess.Start(command, new ConsoleLog(timeProvider, Path.Combine(folder, "log"))));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _simulator.DisposeAsync();
        await _answering;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                using var caller = await _listener.AcceptAsync(_stopping.Token);
                await using var stream = new NetworkStream(caller);
                using var reader = new StreamReader(stream, leaveOpen: true);
                await using var writer = new StreamWriter(stream);
                if (await reader.ReadLineAsync(_stopping.Token) is { } line && ChassisRequest.Parse(line) is { } request)
                    foreach (var answer in await ObeyAsync(request)) await writer.WriteAsync(answer + "\n");
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task<IReadOnlyList<string>> ObeyAsync(ChassisRequest request)
    {
        if (request.Verb == "get") return [.. request.Parameters.Select(parameter => $"{parameter.Name}:{Value(parameter.Name)}")];
        foreach (var (name, value) in request.Parameters)
        {
            switch (name, value)
            {
                case ("power", "1"):
                    await _machine.TurnOnAsync(_stopping.Token);
                    break;
                case ("power", _) or ("shutdown", _):
                    await _machine.TurnOffAsync(_stopping.Token);
                    break;
                case ("reset", _):
                    await _machine.TurnOffAsync(_stopping.Token);
                    await _machine.TurnOnAsync(_stopping.Token);
                    break;
                default:
                    // The boot device: these machines always try the network first.
                    break;
            }
        }
        return [];
    }

    private string Value(string parameter) => parameter switch
    {
        "power" => _machine.IsOn ? "1" : "0",
        "boot" => "default",
        _ => "0",
    };

    private static string Hook(int port) =>
        $"""
        #!/bin/bash
        # Called as: chassis CONTROLLER get|set|check PARAMETER [VALUE] ...
        shift
        exec 3<>/dev/tcp/127.0.0.1/{port} || exit 1
        printf '%s\n' "$*" >&3
        cat <&3

        """;

    private static string LanConfiguration(IPAddress address, string hook, Guid guid) =>
        $"""
        name "bmc"
        set_working_mc 0x20
          startlan 1
            addr {address} 623
            priv_limit admin
            allowed_auths_callback none md2 md5 straight
            allowed_auths_user none md2 md5 straight
            allowed_auths_operator none md2 md5 straight
            allowed_auths_admin none md2 md5 straight
            guid {guid:N}
          endlan
          chassis_control "{hook} 0x20"
          startnow false
          user 1 true "" "" user 10 none md2 md5 straight
          user 2 true "{User}" "{Password}" admin 10 none md2 md5 straight

        """;

    // One management controller at the usual address, with a system event log.
    private const string Commands =
        """
        mc_setbmc 0x20
        mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
        sel_enable 0x20 1000 0x0a
        mc_enable 0x20

        """;
}
