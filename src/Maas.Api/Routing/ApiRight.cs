using System.Collections.Frozen;
using Maas.Core.Accounts;

namespace Maas.Api.Routing;

/// <summary>
/// What a user must be allowed to do, for operations on what belongs to no user. The names are those of MAAS's entitlements. An
/// administrator has every right; another user has those of every user, and those of the user's groups.
/// </summary>
internal enum ApiRight
{
    /// <summary>See zones, pools, networks, tags and domains: every user.</summary>
    ViewGlobalEntities,

    /// <summary>Change them.</summary>
    EditGlobalEntities,

    /// <summary>Reserve ranges of addresses for oneself: every user.</summary>
    ReserveAddresses,

    /// <summary>See controllers: every user.</summary>
    ViewControllers,

    /// <summary>Change controllers.</summary>
    EditControllers,

    /// <summary>See users and groups.</summary>
    ViewIdentities,

    /// <summary>Change users and groups.</summary>
    EditIdentities,

    /// <summary>See settings, scripts and package repositories: every user.</summary>
    ViewConfigurations,

    /// <summary>Change them.</summary>
    EditConfigurations,

    /// <summary>See all notifications, also those that are for others.</summary>
    ViewNotifications,

    /// <summary>Change notifications.</summary>
    EditNotifications,

    /// <summary>See images and their sources: every user.</summary>
    ViewBootEntities,

    /// <summary>Change them.</summary>
    EditBootEntities,

    /// <summary>See licence keys.</summary>
    ViewLicenseKeys,

    /// <summary>Change licence keys.</summary>
    EditLicenseKeys,
}

/// <summary>Which users have a right.</summary>
internal static class ApiRights
{
    private static readonly FrozenDictionary<ApiRight, string> Names = Enum.GetValues<ApiRight>().ToFrozenDictionary(
        right => right, right => "can" + string.Concat($"{right}".Select(
            letter => char.IsUpper(letter) ? $"_{char.ToLowerInvariant(letter)}" : $"{letter}")));

    /// <summary>MAAS's name of the right.</summary>
    public static string EntitlementName(this ApiRight right) => Names[right];

    /// <summary>Whether every user has the right.</summary>
    public static bool IsEverybodys(this ApiRight right) => right is ApiRight.ViewGlobalEntities or ApiRight.ReserveAddresses
        or ApiRight.ViewControllers or ApiRight.ViewConfigurations or ApiRight.ViewBootEntities;

    /// <summary>Whether a user has a right.</summary>
    public static bool Has(this User user, ApiRight right) =>
        user.IsAdministrator || right.IsEverybodys() || user.HasEntitlement(right.EntitlementName());
}
