namespace Maas.Power.Ipmi.Wire;

/// <summary>A command: its net function and number (IPMI 2.0 appendix G).</summary>
internal readonly record struct IpmiCommand(byte NetFunction, byte Number)
{
    private const byte Chassis = 0x00;
    private const byte SensorEvent = 0x04;
    private const byte App = 0x06;
    private const byte Storage = 0x0a;

    public static IpmiCommand GetChassisStatus => new(Chassis, 0x01);

    public static IpmiCommand ChassisControl => new(Chassis, 0x02);

    public static IpmiCommand ChassisIdentify => new(Chassis, 0x04);

    public static IpmiCommand SetBootOptions => new(Chassis, 0x08);

    public static IpmiCommand GetBootOptions => new(Chassis, 0x09);

    public static IpmiCommand GetSensorReading => new(SensorEvent, 0x2d);

    public static IpmiCommand GetDeviceId => new(App, 0x01);

    public static IpmiCommand GetSystemGuid => new(App, 0x37);

    public static IpmiCommand GetChannelAuthenticationCapabilities => new(App, 0x38);

    public static IpmiCommand GetSessionChallenge => new(App, 0x39);

    public static IpmiCommand ActivateSession => new(App, 0x3a);

    public static IpmiCommand SetSessionPrivilege => new(App, 0x3b);

    public static IpmiCommand CloseSession => new(App, 0x3c);

    public static IpmiCommand ActivatePayload => new(App, 0x48);

    public static IpmiCommand DeactivatePayload => new(App, 0x49);

    public static IpmiCommand GetChannelCipherSuites => new(App, 0x54);

    public static IpmiCommand GetFruAreaInfo => new(Storage, 0x10);

    public static IpmiCommand ReadFru => new(Storage, 0x11);

    public static IpmiCommand GetSdrRepositoryInfo => new(Storage, 0x20);

    public static IpmiCommand ReserveSdrRepository => new(Storage, 0x22);

    public static IpmiCommand GetSdr => new(Storage, 0x23);

    public static IpmiCommand GetSelInfo => new(Storage, 0x40);

    public static IpmiCommand ReserveSel => new(Storage, 0x42);

    public static IpmiCommand GetSelEntry => new(Storage, 0x43);

    public static IpmiCommand ClearSel => new(Storage, 0x47);
}

/// <summary>How a command ended (IPMI 2.0 table 5-2).</summary>
internal static class CompletionCode
{
    public const byte Ok = 0x00;
    public const byte NodeBusy = 0xc0;
    public const byte InvalidCommand = 0xc1;
    public const byte Timeout = 0xc3;
    public const byte OutOfSpace = 0xc4;
    public const byte ReservationCancelled = 0xc5;
    public const byte InvalidLength = 0xc7;
    public const byte LengthExceeded = 0xc8;
    public const byte ParameterOutOfRange = 0xc9;
    public const byte CannotReturnThatMany = 0xca;
    public const byte NotPresent = 0xcb;
    public const byte InvalidField = 0xcc;
    public const byte InsufficientPrivilege = 0xd4;
    public const byte NotInPresentState = 0xd5;

    /// <summary>The code in words.</summary>
    public static string Describe(byte code) => code switch
    {
        NodeBusy => "the controller is busy",
        InvalidCommand => "the controller does not know this command",
        Timeout => "the controller timed out",
        OutOfSpace => "the controller is out of space",
        ReservationCancelled => "the reservation was cancelled",
        InvalidLength or LengthExceeded => "the request's length is wrong",
        ParameterOutOfRange => "a parameter is out of range",
        CannotReturnThatMany => "the controller cannot return that many bytes",
        NotPresent => "it is not present",
        InvalidField => "a field of the request is invalid",
        InsufficientPrivilege => "the user's privilege is too low",
        NotInPresentState => "not supported in the present state",
        _ => "the controller refused the command",
    };
}
