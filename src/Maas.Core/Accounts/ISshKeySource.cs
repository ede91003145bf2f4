namespace Maas.Core.Accounts;

/// <summary>
/// Finds the public SSH keys that a person published elsewhere. <see cref="SshKeys.ImportAsync"/> checks what it finds: an implementation
/// need not trust the server.
/// </summary>
public interface ISshKeySource
{
    /// <summary>Finds the keys of an account.</summary>
    /// <param name="protocol">MAAS's name of the server: <c>lp</c> (Launchpad) or <c>gh</c> (GitHub).</param>
    /// <param name="account">The account's name: letters, digits and <c>. _ + -</c>, at most 100.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<SshKeySourceResult> FindAsync(string protocol, string account, CancellationToken cancellationToken);
}

/// <summary>What a server answered that was asked for an account's keys.</summary>
public abstract record SshKeySourceResult
{
    private SshKeySourceResult() { }

    /// <summary>The account exists.</summary>
    /// <param name="Keys">Its keys, lines as in <c>authorized_keys</c>; possibly none.</param>
    public sealed record Found(IReadOnlyList<string> Keys) : SshKeySourceResult;

    /// <summary>There is no answer, or no such account.</summary>
    /// <param name="Reason">Why, for the user.</param>
    public sealed record Failed(string Reason) : SshKeySourceResult;
}
