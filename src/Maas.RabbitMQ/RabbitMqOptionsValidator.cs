using Microsoft.Extensions.Options;

namespace Maas.RabbitMQ;

[OptionsValidator]
internal sealed partial class RabbitMqOptionsValidator : IValidateOptions<RabbitMqOptions>;
