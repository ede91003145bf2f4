namespace Maas.Power.Ipmi;

/// <summary>Where a management controller is, and as which user to log in. <see cref="ToString"/> shows no secret.</summary>
public sealed class IpmiConnectionSettings
{
    /// <summary>Host name or IP address.</summary>
    public required string Host { get; init; }

    /// <summary>UDP port; 623.</summary>
    public int Port { get; init; } = 623;

    /// <summary>User name, at most 16 bytes; empty for the controller's nameless user.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Password, at most 20 bytes, for IPMI 1.5 at most 16.</summary>
    public string Password { get; init; } = "";

    /// <summary>The K_g key, at most 20 bytes; empty, the default, for controllers without one.</summary>
    public ReadOnlyMemory<byte> ControllerKey { get; init; }

    /// <summary>The privilege to ask for; operator, which suffices to switch a machine.</summary>
    public IpmiPrivilege Privilege { get; init; } = IpmiPrivilege.Operator;

    /// <summary>Which version of the protocol; IPMI 2.0.</summary>
    public IpmiProtocol Protocol { get; init; }

    /// <summary>The cipher suite: 17, 3 or 8; null, the default, tries 17 and then 3.</summary>
    public int? CipherSuite { get; init; }

    /// <summary>Deviations from the specification that this controller needs; none.</summary>
    public IpmiWorkarounds Workarounds { get; init; }

    /// <summary>The user and the address, without password and key.</summary>
    public override string ToString() => LogText.From($"{UserName}@{Host}:{Port}");
}

/// <summary>What a user may do (IPMI 2.0 section 6.8).</summary>
public enum IpmiPrivilege
{
    /// <summary>Reads.</summary>
    User = 2,

    /// <summary>Reads, and switches the machine.</summary>
    Operator = 3,

    /// <summary>Also configures the controller.</summary>
    Administrator = 4,
}

/// <summary>A version of the protocol.</summary>
public enum IpmiProtocol
{
    /// <summary>IPMI 2.0, RMCP+: encrypted and authenticated.</summary>
    Ipmi20,

    /// <summary>IPMI 2.0, and 1.5 for a controller that says that it has no other; the session's note reports it.</summary>
    Automatic,

    /// <summary>IPMI 1.5 with MD5: authenticated, not encrypted.</summary>
    Ipmi15,
}

/// <summary>Deviations from the specification, named as FreeIPMI names them.</summary>
[Flags]
public enum IpmiWorkarounds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>authcap</c>: the controller's list of capabilities is wrong and is not asked for.</summary>
    SkipCapabilities = 1,

    /// <summary><c>opensesspriv</c>: the privilege is named when the session is opened, not 0 for the highest.</summary>
    NamePrivilegeAtOpen = 2,

    /// <summary><c>integritycheckvalue</c>: the check value of RAKP message 4 is not compared.</summary>
    IgnoreCheckValue = 4,
}
