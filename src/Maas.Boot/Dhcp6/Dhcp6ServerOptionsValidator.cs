using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Maas.Boot.Dhcp6;

/// <summary>Checks the ranges that <see cref="Dhcp6ServerOptions"/> declares; generated, so that it works ahead of time compiled.</summary>
[OptionsValidator]
internal sealed partial class Dhcp6ServerOptionsValidator : IValidateOptions<Dhcp6ServerOptions>
{
    /// <summary>For a server made without dependency injection.</summary>
    public static void ThrowIfInvalid(Dhcp6ServerOptions options)
    {
        var result = new Dhcp6ServerOptionsValidator().Validate(null, options);
        if (result.Failed) throw new ValidationException(result.FailureMessage);
    }
}
