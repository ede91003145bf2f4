namespace Maas.Boot.Dhcp4.Wire;

/// <summary>One option of a message: its code and its value, joined if it was sent in parts (RFC 3396).</summary>
/// <remarks>The value is a view into the <see cref="DhcpOptions"/> it came from and lasts until that is changed.</remarks>
public readonly ref struct DhcpOption
{
    internal DhcpOption(DhcpOptionCode code, ReadOnlySpan<byte> value)
    {
        Code = code;
        Value = value;
    }

    /// <summary>Which option.</summary>
    public DhcpOptionCode Code { get; }

    /// <summary>Its value, 0 to 65,535 octets, in wire order.</summary>
    public ReadOnlySpan<byte> Value { get; }
}
