namespace Maas.Api;

/// <summary>
/// Which callers may use an operation of the API. There is no default: every operation of the route table states one of these.
/// </summary>
public enum ApiAccess
{
    /// <summary>An administrator.</summary>
    Administrator,

    /// <summary>Any user.</summary>
    User,

    /// <summary>A machine, with its own key.</summary>
    Machine,

    /// <summary>A user, or a caller without credentials. Wrong credentials are refused.</summary>
    UserOrAnonymous,

    /// <summary>Any caller; credentials are not read.</summary>
    Public,

    /// <summary>A machine, with its own key, or a caller without credentials. Wrong credentials are refused.</summary>
    MachineOrAnonymous,
}
