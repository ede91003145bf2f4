using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

/// <summary>What a chassis reports (IPMI 2.0 table 28-3).</summary>
/// <param name="IsOn">Whether the machine is on.</param>
/// <param name="HasPowerOverload">Whether power was shut off because of an overload.</param>
/// <param name="HasPowerFault">Whether the main power has a fault.</param>
/// <param name="IsIntrusionActive">Whether the chassis is open.</param>
/// <param name="HasDriveFault">Whether a drive has a fault.</param>
/// <param name="HasCoolingFault">Whether cooling or a fan has a fault.</param>
/// <param name="RestorePolicy">What the machine does when mains power returns.</param>
public sealed record IpmiChassisStatus(
    bool IsOn,
    bool HasPowerOverload,
    bool HasPowerFault,
    bool IsIntrusionActive,
    bool HasDriveFault,
    bool HasCoolingFault,
    IpmiRestorePolicy RestorePolicy)
{
    internal static bool TryParse(ReadOnlySpan<byte> data, out IpmiChassisStatus? status)
    {
        var reader = new IpmiReader(data);
        var (power, _, state) = (reader.ReadByte(), reader.ReadByte(), reader.ReadByte());
        status = new IpmiChassisStatus(
            IsOn: (power & 0x01) != 0,
            HasPowerOverload: (power & 0x02) != 0,
            HasPowerFault: (power & 0x08) != 0,
            IsIntrusionActive: (state & 0x01) != 0,
            HasDriveFault: (state & 0x04) != 0,
            HasCoolingFault: (state & 0x08) != 0,
            RestorePolicy: (IpmiRestorePolicy)(power >> 5 & 3));
        return !reader.Failed;
    }
}

/// <summary>What a machine does when mains power returns.</summary>
public enum IpmiRestorePolicy
{
    /// <summary>It stays off.</summary>
    StayOff,

    /// <summary>It returns to the state it had.</summary>
    Previous,

    /// <summary>It turns on.</summary>
    TurnOn,

    /// <summary>Not known.</summary>
    Unknown,
}

/// <summary>How a machine is switched (IPMI 2.0 table 28-4).</summary>
public enum IpmiChassisControl
{
    /// <summary>Off, at once.</summary>
    PowerDown = 0,

    /// <summary>On.</summary>
    PowerUp = 1,

    /// <summary>Off, and on again.</summary>
    PowerCycle = 2,

    /// <summary>Reset without turning off.</summary>
    Reset = 3,

    /// <summary>A diagnostic interrupt (NMI).</summary>
    DiagnosticInterrupt = 4,

    /// <summary>The power button's signal: the operating system shuts down.</summary>
    SoftShutdown = 5,
}
