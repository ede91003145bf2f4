using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Maas.Boot.RouterAdvertisement;

/// <summary>Checks the ranges that <see cref="RouterAdvertiserOptions"/> declares; generated, so that it works ahead of time compiled.</summary>
[OptionsValidator]
internal sealed partial class RouterAdvertiserOptionsValidator : IValidateOptions<RouterAdvertiserOptions>
{
    /// <summary>For an advertiser made without dependency injection.</summary>
    public static void ThrowIfInvalid(RouterAdvertiserOptions options)
    {
        var result = new RouterAdvertiserOptionsValidator().Validate(null, options);
        if (result.Failed) throw new ValidationException(result.FailureMessage);
    }
}
