using Maas.Api.Answers;
using Maas.Core;
using Maas.Core.Accounts;

namespace Maas.Api.OAuth;

/// <summary>Who asks.</summary>
internal abstract record Caller
{
    private Caller() { }

    /// <summary>Somebody without credentials, or with wrong ones.</summary>
    internal sealed record Anonymous : Caller;

    /// <summary>A user, by one of their keys.</summary>
    internal sealed record OfUser(User User, string TokenKey) : Caller;

    /// <summary>A machine, by its own key.</summary>
    internal sealed record OfMachine(SystemId Id) : Caller;
}

/// <summary>What became of the credentials.</summary>
/// <param name="Caller">Who asks.</param>
/// <param name="Refusal">What to answer where credentials are needed; null when they were right.</param>
/// <param name="WasTried">Credentials were sent and are wrong: somebody who tries is not somebody who does not.</param>
internal sealed record Authentication(Caller Caller, ApiResult? Refusal, bool WasTried)
{
    public static Authentication Nobody { get; } =
        new(new Caller.Anonymous(), ApiResults.Unauthorized("Authorization Error: credentials are missing."), WasTried: false);

    public static Authentication As(Caller caller) => new(caller, null, WasTried: true);

    public static Authentication Refused(ApiResult answer) => new(new Caller.Anonymous(), answer, WasTried: true);
}
