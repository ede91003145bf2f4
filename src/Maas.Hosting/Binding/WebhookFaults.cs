using Maas.Hosting.Webhooks;

namespace Maas.Hosting.Binding;

/// <summary>What is wrong with the options of a webhook.</summary>
internal static class WebhookFaults
{
    private const int LongestName = 50;

    /// <summary>The faults; each begins with a colon, or with a property after one. No text contains a URL or a key.</summary>
    public static IEnumerable<string> Of(string name, WebhookEndpointOptions options)
    {
        if (name.Length is 0 or > LongestName || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
            yield return ": a webhook has a name of 1 to 50 letters, digits and the characters _ and -.";
        if (options.Url is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            yield return ":Url is missing: set an http or https address.";
        else if (options.Url.UserInfo.Length > 0)
            yield return ":Url: it must have no user name: the receiver knows requests by their signature.";
        if (options.SigningSecrets.Count == 0) yield return ":SigningSecrets is missing: set one or more keys.";
        if (options.SigningSecrets.Any(secret => WebhookSignature.KeyOf(secret) is null))
            yield return ":SigningSecrets: a key is whsec_ and 24 to 64 bytes in base64.";
        if (options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > TimeSpan.FromMinutes(5))
            yield return ":Timeout: the value must be between 1 second and 5 minutes.";
        if (options.FirstRetry < TimeSpan.FromMilliseconds(1) || options.FirstRetry > TimeSpan.FromHours(1))
            yield return ":FirstRetry: the value must be between 1 millisecond and 1 hour.";
        if (options.LongestRetry < options.FirstRetry || options.LongestRetry > TimeSpan.FromDays(1))
            yield return ":LongestRetry: the value must be between FirstRetry and 1 day.";
        if (options.MostAttempts is < 1 or > 100) yield return ":MostAttempts: the value must be between 1 and 100.";
        if (options.Concurrency is < 1 or > 64) yield return ":Concurrency: the value must be between 1 and 64.";
        if (options.MostPending is < 1 or > 100_000) yield return ":MostPending: the value must be between 1 and 100000.";
    }
}
