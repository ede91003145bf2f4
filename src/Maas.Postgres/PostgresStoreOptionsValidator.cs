using Microsoft.Extensions.Options;

namespace Maas.Postgres;

[OptionsValidator]
internal sealed partial class PostgresStoreOptionsValidator : IValidateOptions<PostgresStoreOptions>;
