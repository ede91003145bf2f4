namespace Maas.Api.Routing;

/// <summary>Who may ask. There is no default: every action of the route table states one of these.</summary>
internal enum Access
{
    /// <summary>An administrator's key.</summary>
    Administrator,

    /// <summary>Any user's key.</summary>
    User,

    /// <summary>A machine's own key.</summary>
    Machine,

    /// <summary>Nobody in particular, or a user; credentials that are sent must be right.</summary>
    UserOrAnonymous,

    /// <summary>Anybody; credentials are not looked at.</summary>
    Public,
}
