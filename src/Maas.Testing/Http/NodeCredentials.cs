namespace Maas.Testing.Http;

/// <summary>A machine's own OAuth token.</summary>
internal sealed record NodeCredentials(string ConsumerKey, string TokenKey, string TokenSecret)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{ConsumerKey}:{TokenKey}:***";
}
