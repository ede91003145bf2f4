using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Maas.Boot.Tftp;

/// <summary>Checks the ranges that <see cref="TftpServerOptions"/> declares; generated, so that it works ahead of time compiled.</summary>
[OptionsValidator]
internal sealed partial class TftpServerOptionsValidator : IValidateOptions<TftpServerOptions>
{
    /// <summary>For a server made without dependency injection.</summary>
    public static void ThrowIfInvalid(TftpServerOptions options)
    {
        var result = new TftpServerOptionsValidator().Validate(null, options);
        if (result.Failed) throw new ValidationException(result.FailureMessage);
    }
}
