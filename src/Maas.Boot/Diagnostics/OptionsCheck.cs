using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Maas.Boot.Diagnostics;

/// <summary>How every server's constructor checks its options: by a generated validator, which works when compiled ahead of time.</summary>
internal static class OptionsCheck
{
    extension<TOptions>(IValidateOptions<TOptions> validator)
        where TOptions : class
    {
        /// <summary>The options, when each is within its range.</summary>
        /// <exception cref="ValidationException">An option is missing or out of its range; the message names it.</exception>
        public TOptions Validated(TOptions options)
        {
            ArgumentNullException.ThrowIfNull(options);
            var result = validator.Validate(name: null, options);
            return result.Failed ? throw new ValidationException(result.FailureMessage) : options;
        }
    }
}
