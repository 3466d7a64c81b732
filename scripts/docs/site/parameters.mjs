import { Converter, ParameterReflection, ReflectionFlag, ReflectionKind } from "typedoc";
import ts from "typescript";

/** For typedoc: lists the parameters of a function that is made of another, such as an Async twin, one by one, not as a tuple. */
export function load({ converter }) {
  converter.on(Converter.EVENT_CREATE_SIGNATURE, ({ project, checker }, reflection, _, signature) => {
    const [rest, ...others] = reflection.parameters ?? [];
    if (others.length > 0 || !rest?.flags.isRest || rest.type?.type !== "tuple") return;
    const { elementFlags } = checker.getTypeOfSymbol(signature.parameters[0]).target;
    reflection.parameters = rest.type.elements.map(({ name, element }, i) => {
      const parameter = new ParameterReflection(name, ReflectionKind.Parameter, reflection);
      parameter.type = element;
      parameter.setFlag(ReflectionFlag.Optional, (elementFlags[i] & ts.ElementFlags.Optional) !== 0);
      project.registerReflection(parameter, undefined, undefined);
      return parameter;
    });
    project.removeReflection(rest);
  });
}
