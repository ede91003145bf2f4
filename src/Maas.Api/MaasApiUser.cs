namespace Maas.Api;

/// <summary>The MAAS user that a principal of another authentication scheme is, as the application states it.</summary>
/// <param name="name">The name of a user in MAAS's store. The principal is refused when there is no such user.</param>
/// <param name="isAdministrator">
/// Whether the principal may act as an administrator. It may only if the stored user is an administrator as well.
/// </param>
public sealed class MaasApiUser(string name, bool isAdministrator)
{
    /// <summary>The name of the user in MAAS's store.</summary>
    public string Name { get; } = name;

    /// <summary>Whether the application grants the rights of an administrator.</summary>
    public bool IsAdministrator { get; } = isAdministrator;
}
