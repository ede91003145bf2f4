namespace Maas.Core.Accounts;

/// <summary>The result of changing a user.</summary>
public abstract record UpdateUserResult
{
    private UpdateUserResult() { }

    /// <summary>The user was changed, or was so already.</summary>
    /// <param name="User">The user as it is now.</param>
    public sealed record Updated(User User) : UpdateUserResult;

    /// <summary>There is no such user.</summary>
    public sealed record NotFound : UpdateUserResult;

    /// <summary>The actor has not the right to this.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Forbidden(string Reason) : UpdateUserResult;

    /// <summary>Nothing was changed.</summary>
    /// <param name="Field">The field at fault, by the API's name: <c>email</c> or <c>is_superuser</c>.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Refused(string Field, string Reason) : UpdateUserResult;
}
