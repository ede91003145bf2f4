using System.Net;

namespace Maas.Testing.Controllers;

/// <summary>What a simulated management controller has, and what is wrong with it.</summary>
public sealed record SimulatedBmcOptions
{
    /// <summary>Where it listens; a free port of 127.0.0.1.</summary>
    public IPEndPoint ListenOn { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The user; <c>admin</c>.</summary>
    public string UserName { get; init; } = "admin";

    /// <summary>The user's password; <c>secret</c>.</summary>
    public string Password { get; init; } = "secret";

    /// <summary>The K_g key; empty, the default, for none.</summary>
    public ReadOnlyMemory<byte> ControllerKey { get; init; }

    /// <summary>The highest privilege of the user: 2 user, 3 operator, 4 administrator, the default.</summary>
    public byte HighestPrivilege { get; init; } = 4;

    /// <summary>The cipher suites, of 17, 3 and 8; 17 and 3.</summary>
    public IReadOnlyList<int> CipherSuites { get; init; } = [17, 3];

    /// <summary>How many sessions it has at a time; 4.</summary>
    public int MaximumSessions { get; init; } = 4;

    /// <summary>Whether its RAKP message 2 has a wrong code for cipher suite 17, as some controllers' has; it does not.</summary>
    public bool MiscomputesSuite17 { get; init; }

    /// <summary>How many commands it answers with "busy" first; 0.</summary>
    public int BusyCommands { get; init; }

    /// <summary>What is lost and repeated on the way.</summary>
    public DatagramFaults Faults { get; init; } = DatagramFaults.None;

    /// <summary>Its sensors.</summary>
    public IReadOnlyList<SimulatedSensor> Sensors { get; init; } =
    [
        new("Inlet Temp", SimulatedSensorKind.Temperature, 23),
        new("CPU Temp", SimulatedSensorKind.Temperature, 51),
        new("12V", SimulatedSensorKind.Voltage, 12.1),
        new("Fan 1", SimulatedSensorKind.Fan, 5400),
        new("Power", SimulatedSensorKind.Power, 184),
    ];

    /// <summary>The machine's maker, in its inventory.</summary>
    public string Manufacturer { get; init; } = "Simulated";

    /// <summary>The machine's model, in its inventory.</summary>
    public string Model { get; init; } = "Server 1";

    /// <summary>The machine's serial number, in its inventory.</summary>
    public string SerialNumber { get; init; } = "SIM0001";

    /// <summary>The machine's UUID.</summary>
    public Guid Uuid { get; init; } = new("6d616173-0000-4000-8000-000000000001");
}
