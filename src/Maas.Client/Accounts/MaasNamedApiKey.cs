namespace Maas.Client.Accounts;

/// <summary>An API key and its name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Key">The key.</param>
public sealed record MaasNamedApiKey(string Name, MaasApiKey Key);
