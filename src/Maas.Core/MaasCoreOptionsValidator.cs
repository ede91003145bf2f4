using Microsoft.Extensions.Options;

namespace Maas.Core;

/// <summary>Checks the options' limits when the host starts.</summary>
[OptionsValidator]
internal sealed partial class MaasCoreOptionsValidator : IValidateOptions<MaasCoreOptions>;
