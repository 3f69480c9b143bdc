package io.selfcascade.platform.role;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches in the roles that {@link ConditionalOnCoordinator} names. */
class OnCoordinatorCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        Role role = Role.of(context.getEnvironment());
        ConditionMessage message =
                ConditionMessage.forCondition(ConditionalOnCoordinator.class).because("the role is " + role);
        return new ConditionOutcome(role.coordinates(), message);
    }
}
