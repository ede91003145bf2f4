namespace Maas.Client.Accounts;

/// <summary>
/// A key on the wire: whole in lists, in parts when it is created. A class, because the text of a record would show the secret.
/// </summary>
internal sealed class TokenJson
{
    public string? Name { get; init; }

    public string? Token { get; init; }

    public string? ConsumerKey { get; init; }

    public string? TokenKey { get; init; }

    public string? TokenSecret { get; init; }
}
