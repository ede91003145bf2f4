namespace Maas.Core.Accounts;

/// <summary>The result of <see cref="IAccountStore.UpdateUserAsync"/>.</summary>
public enum UserUpdate
{
    /// <summary>The user was changed.</summary>
    Saved,

    /// <summary>Another change of the user came first, or the user does not exist: nothing was changed.</summary>
    Conflict,

    /// <summary>There would be no administrator: nothing was changed.</summary>
    LastAdministrator,
}
